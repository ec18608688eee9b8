import '../shared/styles/tokens.css';
import '../shared/styles/base.css';

import { createApp } from 'vue';

import { loadCity } from '../shared/city';
import { say, startModes } from '../shared/modes';
import App from './App.vue';

startModes('narrow', () => say('案件·经纬', 'Cases – Jingwei'));
void loadCity();
createApp(App).mount('#app');
