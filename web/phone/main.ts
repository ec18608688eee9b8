import '../shared/styles/tokens.css';
import '../shared/styles/base.css';

import { createApp } from 'vue';

import { loadCity, titled } from '../shared/city';
import { say, startModes } from '../shared/modes';
import App from './App.vue';
import { room } from './rooms';

startModes('always', () => titled(room.value.title(), say('经纬', 'Jingwei')));
void loadCity();
createApp(App).mount('#app');
